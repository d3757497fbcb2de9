"""``python -m sct``: hands the command line to ``sct.cli``, so that the package needs no console script."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
