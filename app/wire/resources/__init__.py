"""The wire API's resources, one file each."""
