"""The case file: agencies, schemes, applications, inspections and decisions. Knows neither Flask nor rq."""
