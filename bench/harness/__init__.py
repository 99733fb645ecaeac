"""What the areas' commands share: samples and goals, programs that are built and timed, peers, and the report."""
