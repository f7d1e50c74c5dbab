"""Makes and checks the wheelhouse, from which redactphi is installed where there is no network; see `make wheelhouse`."""


class WheelhouseError(Exception):
    """Why there is no wheelhouse; the message is for whoever asked for it."""
