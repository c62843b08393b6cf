package traceid

import "strings"

// Identify gives the TraceID of an identifier as it is written, and its nature.
func Identify(input string) (traceID, nature string, err error) {
	text, err := readCharacters(input)
	if err != nil {
		return "", "", err
	}
	traceID, nature, err = identify(text)
	if err == nil && len(traceID) > maxBytes {
		err = refuse("more than %d bytes", maxBytes)
	}
	return traceID, nature, err
}

// NatureOf is the nature of a canonical TraceID; any other text is refused.
func NatureOf(text string) (string, error) {
	traceID, nature, err := Identify(text)
	if err == nil && traceID != text {
		err = refuse("not canonical: %q is", traceID)
	}
	return nature, err
}

func identify(text string) (string, string, error) {
	var read *identifier
	var err error
	parts := splitURI(text)
	switch {
	case hasPrefixFold(text, "urn:epc:"):
		var urn string
		if read, urn, err = readEPC(text[len("urn:epc:"):]); read == nil {
			return urn, Instance, err
		}
	case parts.isWeb():
		read, err = readLink(parts)
	case strings.HasPrefix(text, "("):
		read, err = readElements(text)
	}
	if err == nil {
		err = refuseClaim(text, parts)
	}
	if err != nil {
		return "", "", err
	}
	if read != nil {
		traceID, nature := read.identity()
		return traceID, nature, nil
	}
	return otherIdentifier(text, parts), Instance, nil
}
