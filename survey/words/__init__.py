"""What respondents hear and read beside the questions of the form, in every language of ours."""
