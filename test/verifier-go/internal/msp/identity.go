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

// Identity is a certificate of which the MSP says that it belongs to it, with the role that it has.
type Identity struct {
	Certificate *x509.Certificate
	Hash        [32]byte
	Role        string
}

// Judge says whether a certificate (DER) is an identity of the MSP.
func (m *MSP) Judge(der []byte) (*Identity, error) {
	certificate, err := readCertificate(der)
	if err != nil {
		return nil, refused("not a certificate: %v", err)
	}
	if certificate.IsCA {
		return nil, refused("the certificate of an authority")
	}
	chain, err := m.chainOf(certificate)
	if err != nil {
		return nil, refused("no chain: %v", err)
	}
	if len(chain) < 2 || m.internal[string(chain[1].Raw)] {
		return nil, refused("issued by an authority above another")
	}
	if m.revoked(certificate, chain) {
		return nil, refused("revoked")
	}
	if len(m.units) > 0 && !m.hasAny(certificate, chain) {
		return nil, refused("in none of the units of the MSP")
	}
	identity := &Identity{Certificate: certificate, Hash: sha256.Sum256(der)}
	if m.roles != nil {
		if identity.Role, err = m.roleOf(certificate, chain); err != nil {
			return nil, err
		}
	}
	return identity, nil
}

func refused(format string, arguments ...any) error {
	return fault.New("ATTESTATION_IDENTITY", format, arguments...)
}

// chainOf is the one chain from a certificate to a root, judged one second after the certificate begins.
func (m *MSP) chainOf(certificate *x509.Certificate) ([]*x509.Certificate, error) {
	chains, err := certificate.Verify(x509.VerifyOptions{
		Roots: m.roots, Intermediates: m.others, CurrentTime: certificate.NotBefore.Add(time.Second),
	})
	if err != nil {
		return nil, err
	}
	if len(chains) != 1 {
		return nil, fault.New("ATTESTATION_IDENTITY", "%d chains", len(chains))
	}
	return chains[0], nil
}

// revoked says whether a list of the certificate's issuer has its serial number; a list that does not say whose it is
// leaves no identity valid.
func (m *MSP) revoked(certificate *x509.Certificate, chain []*x509.Certificate) bool {
	issuer := chain[min(1, len(chain)-1)]
	for _, list := range m.lists {
		if len(list.AuthorityKeyId) == 0 {
			return true
		}
		if !sameKeyID(list.AuthorityKeyId, issuer.SubjectKeyId) {
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 && list.CheckSignatureFrom(issuer) == nil {
				return true
			}
		}
	}
	return false
}

// certified says whether the chain goes through the authority of a unit, where one is named.
func (u *unit) certified(chain []*x509.Certificate) bool {
	return u.authority == nil || len(chain) > 1 && bytes.Equal(u.authority.RawTBSCertificate, chain[1].RawTBSCertificate)
}

func (m *MSP) hasAny(certificate *x509.Certificate, chain []*x509.Certificate) bool {
	for _, name := range certificate.Subject.OrganizationalUnit {
		for i := range m.units {
			if m.units[i].name == name && m.units[i].certified(chain) {
				return true
			}
		}
	}
	return false
}

// roleOf is the role of the one unit of a certificate that names one.
func (m *MSP) roleOf(certificate *x509.Certificate, chain []*x509.Certificate) (string, error) {
	found, count := "", 0
	for _, name := range certificate.Subject.OrganizationalUnit {
		for role, one := range m.roles {
			if one != nil && one.name == name {
				if !one.certified(chain) {
					return "", refused("the role %s is not certified by the authority named for it", role)
				}
				found, count = role, count+1
			}
		}
	}
	if count != 1 {
		return "", refused("%d units that name a role", count)
	}
	return found, nil
}

// Signed checks an ECDSA signature on P-256 with a low S over the SHA-256 of data.
func (i *Identity) Signed(data, signature []byte) error {
	key := i.Certificate.PublicKey.(*ecdsa.PublicKey)
	if key.Curve != elliptic.P256() {
		return fault.New("ATTESTATION_CURVE", "a key that is not on P-256")
	}
	var parts struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &parts)
	half := new(big.Int).Rsh(key.Params().N, 1)
	if err != nil || len(rest) > 0 || parts.S.Cmp(half) > 0 {
		return fault.New("ATTESTATION_SIGNATURE", "not a signature with a low S")
	}
	hash := sha256.Sum256(data)
	if !ecdsa.VerifyASN1(key, hash[:], signature) {
		return fault.New("ATTESTATION_SIGNATURE", "not valid")
	}
	return nil
}
