package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"time"
)

type chainAnswer struct {
	Chains int `json:"chains"`
	// Length of the one chain, and the certificate with low s: empty where it cannot be written, or did not sign itself as a root.
	Length int    `json:"length"`
	LowS   string `json:"lowS"`
}

// How many chains lead from the last certificate of the payload to the roots, a second after it became valid, as Fabric asks.
// The payload: number of roots, number of intermediates, then all with their lengths before them.
func chains(payload []byte) any {
	opts := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	roots, intermediates := int(payload[0]), int(payload[1])
	var leaf *x509.Certificate
	for i, rest := 0, payload[2:]; len(rest) > 0; i++ {
		size := binary.BigEndian.Uint32(rest)
		cert, err := x509.ParseCertificate(rest[4 : 4+size])
		if err != nil {
			return nil
		}
		rest = rest[4+size:]
		switch {
		case i < roots:
			opts.Roots.AddCert(cert)
		case i < roots+intermediates:
			opts.Intermediates.AddCert(cert)
		default:
			leaf = cert
		}
	}
	opts.CurrentTime = leaf.NotBefore.Add(time.Second)
	found, err := leaf.Verify(opts)
	if err != nil {
		return chainAnswer{}
	}
	answer := chainAnswer{Chains: len(found), Length: len(found[0])}
	if len(found) != 1 {
		return answer
	}
	if issuer := found[0][min(1, len(found[0])-1)]; leaf.CheckSignatureFrom(issuer) == nil {
		answer.LowS = lowS(leaf, issuer)
	}
	return answer
}

type ecdsaSignature struct{ R, S *big.Int }

type algorithm struct {
	ID         asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// A certificate as encoding/asn1 takes it apart; names stay as they are.
type plainCertificate struct {
	Signed struct {
		Raw       asn1.RawContent
		Version   int `asn1:"optional,explicit,default:0,tag:0"`
		Serial    *big.Int
		Algorithm algorithm
		Issuer    asn1.RawValue
		Validity  struct{ NotBefore, NotAfter time.Time }
		Subject   asn1.RawValue
		Key       struct {
			Algorithm algorithm
			Bits      asn1.BitString
		}
		IssuerID   asn1.BitString   `asn1:"optional,tag:1"`
		SubjectID  asn1.BitString   `asn1:"optional,tag:2"`
		Extensions []pkix.Extension `asn1:"optional,explicit,tag:3"`
	}
	Algorithm algorithm
	Signature asn1.BitString
}

// The certificate with the lower one of its two signatures, read again; empty where that fails.
func lowS(cert, issuer *x509.Certificate) string {
	key := issuer.PublicKey.(*ecdsa.PublicKey)
	var signature ecdsaSignature
	if _, err := asn1.Unmarshal(cert.Signature, &signature); err != nil {
		return ""
	}
	order := key.Params().N
	if signature.S.Cmp(new(big.Int).Rsh(order, 1)) <= 0 {
		return digest(cert.Raw)
	}
	signature.S.Sub(order, signature.S)
	var plain plainCertificate
	if _, err := asn1.Unmarshal(cert.Raw, &plain); err != nil {
		return ""
	}
	signed, err := asn1.Marshal(signature)
	if err != nil {
		return ""
	}
	plain.Signature = asn1.BitString{Bytes: signed, BitLength: 8 * len(signed)}
	rewritten, err := asn1.Marshal(plain)
	if err != nil {
		return ""
	}
	again, err := x509.ParseCertificate(rewritten)
	if err != nil || !bytes.Equal(again.RawTBSCertificate, cert.RawTBSCertificate) {
		return ""
	}
	return digest(again.Raw)
}
