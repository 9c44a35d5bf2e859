"""What a change reaches: see README.md."""
