"""HTTP plumbing: routing with its one enforcement point, bodies, refusals, headers, pages. Knows no domain word."""
