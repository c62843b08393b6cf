// Package fault has the one way in which this verifier refuses: with a code of docs/formats.md, thrown where something is
// wrong, and caught where the text says what follows: mostly that the question is answered so.
package fault

import "fmt"

// Fault is a refusal: its code, and what was wrong.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Unless refuses what is not so.
func Unless(isSo bool, code, format string, arguments ...any) {
	if !isSo {
		panic(&Fault{code, fmt.Sprintf(format, arguments...)})
	}
}

// Catch gives what something was refused with; nil where it was not.
func Catch(attempt func()) (caught *Fault) {
	defer func() {
		thrown := recover()
		if caught, _ = thrown.(*Fault); caught == nil && thrown != nil {
			panic(thrown)
		}
	}()
	attempt()
	return nil
}
