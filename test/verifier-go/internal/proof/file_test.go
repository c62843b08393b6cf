package proof

import (
	"strings"
	"testing"

	"cotrace.example/verifier/internal/fault"
)

const emptyProof = `{
	"format": "cotrace.trace-proof.v1",
	"question": {
		"traceId": "a crate", "direction": "up", "recorders": null, "limits": {"identifiers": 1, "events": 1}, "rules": 1
	},
	"root": {"attested": {"block": "1", "attestations": [
		{"body": "", "unixSeconds": "0", "mspId": "Org1MSP", "certificate": "", "signature": ""}
	]}},
	"nodes": [], "records": [], "envelopes": [],
	"traces": [{"traceId": "a crate", "absent": true}]
}`

func TestReadFile(t *testing.T) {
	readFile(emptyProof)
	for _, one := range []struct{ from, to, code string }{
		{`"rules": 1`, `"rules": 2`, "RULES"},
		{`"rules": 1`, `"rules": 1.5`, "BAD_PROOF"},
		{`"attested": {`, `"sealed": null, "attested": {`, "NOT_SUPPORTED"},
		{`cotrace.trace-proof.v1`, `cotrace.records-proof.v1`, "NOT_SUPPORTED"},
		{`"recorders": null`, `"recorders": []`, "BAD_PROOF"},
		{`{"traceId": "a crate", "absent": true}`, `null`, "BAD_PROOF"},
		{`{"traceId": "a crate", "absent": true}`, ``, "BAD_PROOF"},
		{`"absent": true`, `"absent": false`, "BAD_PROOF"},
		{`"absent": true`, `"absent": true, "head": ""`, "BAD_PROOF"},
		{`"nodes": []`, `"nodes": [], "": 1`, "BAD_PROOF"},
		{`"nodes": []`, `"nodes": [], "nodes": []`, "DUPLICATE_MEMBER"},
	} {
		text := strings.Replace(emptyProof, one.from, one.to, 1)
		if caught := fault.Catch(func() { readFile(text) }); caught == nil || caught.Code != one.code {
			t.Errorf("%s: %v, not %s", one.to, caught, one.code)
		}
	}
}
