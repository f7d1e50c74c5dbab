"""Makes and checks the wheelhouse, from which redactphi is installed where there is no network; see `make wheelhouse`."""
