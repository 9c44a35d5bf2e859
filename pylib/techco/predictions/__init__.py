"""What Python models call, the same on both engines."""
