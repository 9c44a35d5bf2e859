"""Releases that consumers read beside a build."""
