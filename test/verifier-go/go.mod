module cotrace.example/verifier

go 1.24.0

require golang.org/x/text v0.21.0

require (
	golang.org/x/crypto v0.31.0
	golang.org/x/sys v0.28.0 // indirect
)
