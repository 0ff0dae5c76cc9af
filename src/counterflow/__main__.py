"""`python -m counterflow` is the same as `counterflow`."""

from __future__ import annotations

from counterflow.cli.app import main

if __name__ == "__main__":
    main()
