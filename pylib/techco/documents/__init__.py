"""What people read instead of code: the documentation site, worked questions, slides."""
