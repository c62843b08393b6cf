package msp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"

	"cotrace.example/verifier/internal/fault"
)

const (
	notAnIdentity = "ATTESTATION_IDENTITY"
	notAPeer      = "ATTESTATION_ROLE"
)

// PeerOf gives the certificate (DER) of a peer that belongs to the MSP.
func (m *MSP) PeerOf(der []byte) *x509.Certificate {
	certificate := readCertificate(der, notAnIdentity)
	chain := m.chainOf(certificate, notAnIdentity)
	isLeaf := !certificate.IsCA && len(chain) > 1 && !m.internal[string(chain[1].Raw)]
	fault.Unless(isLeaf, notAnIdentity, "of an authority, or issued by an authority above another")
	fault.Unless(!m.revokes(certificate, chain), notAnIdentity, "revoked")
	inUnit := len(m.units) == 0
	var roles []string
	for _, name := range certificate.Subject.OrganizationalUnit {
		for _, one := range m.units {
			inUnit = inUnit || one.name == name && one.certified(chain)
		}
		for role, one := range m.roles {
			if one.name == name {
				fault.Unless(one.certified(chain), notAPeer, "%q is not certified by the authority named for it", name)
				roles = append(roles, role)
			}
		}
	}
	fault.Unless(inUnit, notAnIdentity, "in none of the units of the MSP")
	fault.Unless(len(roles) == 1 && roles[0] == "peer", notAPeer, "with the roles %v", roles)
	return certificate
}

// chainOf is the one chain from a certificate to a root, judged one second after the certificate begins.
func (m *MSP) chainOf(certificate *x509.Certificate, code string) []*x509.Certificate {
	chains, err := certificate.Verify(x509.VerifyOptions{
		Roots: m.roots, Intermediates: m.others, CurrentTime: certificate.NotBefore.Add(time.Second),
	})
	fault.Unless(err == nil && len(chains) == 1, code, "%d chains: %v", len(chains), err)
	return chains[0]
}

// revokes says whether a list of the certificate's issuer has its serial number; a list that does not say whose it is
// leaves no identity valid.
func (m *MSP) revokes(certificate *x509.Certificate, chain []*x509.Certificate) bool {
	issuer := chain[min(1, len(chain)-1)]
	for _, list := range m.lists {
		if len(list.AuthorityKeyId) == 0 {
			return true
		}
		for _, entry := range list.RevokedCertificateEntries {
			isListed := bytes.Equal(list.AuthorityKeyId, issuer.SubjectKeyId) && entry.SerialNumber.Cmp(certificate.SerialNumber) == 0
			if isListed && list.CheckSignatureFrom(issuer) == nil {
				return true
			}
		}
	}
	return false
}

// certified says whether the chain goes through the authority of a unit, where one is named.
func (u unit) certified(chain []*x509.Certificate) bool {
	return u.authority == nil || bytes.Equal(u.authority.RawTBSCertificate, chain[1].RawTBSCertificate)
}

// CheckSignature checks an ECDSA signature on P-256 with a low S over the SHA-256 of data.
func CheckSignature(certificate *x509.Certificate, data, signature []byte) {
	key := certificate.PublicKey.(*ecdsa.PublicKey)
	fault.Unless(key.Curve == elliptic.P256(), "ATTESTATION_CURVE", "a key that is not on P-256")
	var parts struct{ R, S *big.Int }
	_, err := asn1.Unmarshal(signature, &parts)
	hash := sha256.Sum256(data)
	half := new(big.Int).Rsh(key.Params().N, 1)
	isValid := err == nil && parts.S.Cmp(half) <= 0 && ecdsa.VerifyASN1(key, hash[:], signature)
	fault.Unless(isValid, "ATTESTATION_SIGNATURE", "not a valid signature with a low S")
}
