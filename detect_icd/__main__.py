"""``python -m detect_icd``: the ``detect-icd`` command."""

from detect_icd.cli import main

if __name__ == "__main__":
    main()
