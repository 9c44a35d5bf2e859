"""Real data sets brought through the raw contract, one folder each."""
