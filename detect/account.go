package detect

// accountFields returns the Sigma fields that name the account a record is
// about, best first: who acted, or whom a logon made known.
func accountFields() []string {
	return []string{
		"User", "TargetUserName", "SubjectUserName", "AccountName", "SourceUser",
		"UserName", "user.name", "user",
	}
}

// noAccount are values that stand for no account.
func noAccount(s string) bool { return s == "" || s == "-" }
