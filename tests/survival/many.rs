//! Many runs at once in one repository, beside a user who commits and has git tidy up.
