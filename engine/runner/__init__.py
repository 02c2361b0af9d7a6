"""Projects, runs, lists and what they leave behind: everything that makes things happen."""
