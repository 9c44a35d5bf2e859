"""The warehouse as Dagster's assets: what lands starts a build, a build that ended well starts a release."""
