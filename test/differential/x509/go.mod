module cotrace.invalid/differential/x509

go 1.26
