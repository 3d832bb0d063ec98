"""An ATS that speaks Recruiter System Connect: what a vendor would write from LinkedIn's documentation.

It knows URLs, headers and JSON only and imports nothing of the product, so that it fails where the product
answers otherwise than documented.
"""
