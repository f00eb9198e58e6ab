"""``make bench``: what the shop costs, each figure beside the floor measured in the same run."""
