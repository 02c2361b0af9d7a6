"""What a spec means: names bound, types, grains, paths, periods and windows known; or problems."""
