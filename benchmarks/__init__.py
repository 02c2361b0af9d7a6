"""How fast Patron is: data to measure on, the best SQL a person writes for each job, and a runner that compares."""
