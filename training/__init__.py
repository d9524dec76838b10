"""Programs that make the models the package ships. Not part of the package."""
