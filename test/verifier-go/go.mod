module cotrace.example/verifier

go 1.24.0

require golang.org/x/text v0.21.0
