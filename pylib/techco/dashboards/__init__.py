"""What people look at: dashboards, declared in the folder `dashboards`, shown by a BI tool on the release."""
