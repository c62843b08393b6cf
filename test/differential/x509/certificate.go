package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"slices"
)

type certificateAnswer struct {
	Version            int      `json:"version"`
	Serial             string   `json:"serial"`
	Tbs                string   `json:"tbs"`
	Issuer             string   `json:"issuer"`
	Subject            string   `json:"subject"`
	IssuerName         string   `json:"issuerName"`
	SubjectName        string   `json:"subjectName"`
	Units              []string `json:"units"`
	NotBefore          int64    `json:"notBefore"`
	NotAfter           int64    `json:"notAfter"`
	Curve              string   `json:"curve"`
	KeyInfo            string   `json:"keyInfo"`
	SignatureAlgorithm string   `json:"signatureAlgorithm"`
	Signature          string   `json:"signature"`
	BasicConstraints   bool     `json:"basicConstraints"`
	IsCA               bool     `json:"isCA"`
	MaxPathLength      int      `json:"maxPathLength"`
	KeyUsage           int      `json:"keyUsage"`
	Purposes           []string `json:"purposes"`
	SubjectKeyID       string   `json:"subjectKeyId"`
	AuthorityKeyID     string   `json:"authorityKeyId"`
	Names              string   `json:"names"`
	Unhandled          []string `json:"unhandled"`
}

var (
	alternativeNames = asn1.ObjectIdentifier{2, 5, 29, 17}
	purposes         = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// What stands in a certificate; null where Go refuses it.
func certificate(der []byte) any {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	answer := certificateAnswer{
		Version:            cert.Version,
		Serial:             cert.SerialNumber.Text(16),
		Tbs:                digest(cert.RawTBSCertificate),
		Issuer:             digest(cert.RawIssuer),
		Subject:            digest(cert.RawSubject),
		IssuerName:         cert.Issuer.CommonName,
		SubjectName:        cert.Subject.CommonName,
		Units:              append([]string{}, cert.Subject.OrganizationalUnit...),
		NotBefore:          cert.NotBefore.Unix(),
		NotAfter:           cert.NotAfter.Unix(),
		Curve:              curveOf(cert),
		KeyInfo:            digest(cert.RawSubjectPublicKeyInfo),
		SignatureAlgorithm: cert.SignatureAlgorithm.String(),
		Signature:          hex.EncodeToString(cert.Signature),
		BasicConstraints:   cert.BasicConstraintsValid,
		IsCA:               cert.IsCA,
		MaxPathLength:      -1,
		KeyUsage:           int(cert.KeyUsage),
		Purposes:           []string{},
		SubjectKeyID:       hex.EncodeToString(cert.SubjectKeyId),
		AuthorityKeyID:     hex.EncodeToString(cert.AuthorityKeyId),
		Names:              "none",
		Unhandled:          []string{},
	}
	if cert.BasicConstraintsValid {
		answer.MaxPathLength = cert.MaxPathLen
	}
	for _, extension := range cert.Extensions {
		if extension.Id.Equal(alternativeNames) {
			answer.Names = digest(extension.Value)
		}
		if extension.Id.Equal(purposes) {
			answer.Purposes = purposesOf(extension.Value)
		}
	}
	for _, id := range cert.UnhandledCriticalExtensions {
		answer.Unhandled = append(answer.Unhandled, id.String())
	}
	slices.Sort(answer.Unhandled)
	return answer
}

// The purposes as they stand; crypto/x509 keeps the known ones as numbers of its own.
func purposesOf(value []byte) []string {
	var ids []asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(value, &ids); err != nil {
		return []string{"cannot be read"}
	}
	texts := []string{}
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return texts
}

func curveOf(cert *x509.Certificate) string {
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); ok {
		return key.Curve.Params().Name
	}
	return "none"
}

func digest(bytes []byte) string {
	sum := sha256.Sum256(bytes)
	return hex.EncodeToString(sum[:8])
}
