"""What Python does for the project: the raw contract, the landing zone and its checks."""
