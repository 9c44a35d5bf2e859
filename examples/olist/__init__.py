"""The Olist data set, real orders of a Brazilian marketplace, brought through the raw contract."""
