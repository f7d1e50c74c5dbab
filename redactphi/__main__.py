"""``python -m redactphi``."""

from redactphi.cli import main

if __name__ == "__main__":
    main()
