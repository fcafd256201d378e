"""`python -m trialweave` is the command line."""

from trialweave.cli import main

main()
