package msp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// PeerOf gives the certificate (DER) of a peer that belongs to the MSP.
func (m *MSP) PeerOf(der []byte) (*x509.Certificate, error) {
	certificate, err := readCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("not a certificate: %v", err)
	}
	chain, err := m.chainOf(certificate)
	if err != nil {
		return nil, fmt.Errorf("no chain: %v", err)
	}
	if certificate.IsCA || len(chain) < 2 || m.internal[string(chain[1].Raw)] || m.revoked(certificate, chain) {
		return nil, errors.New("of an authority, issued by one above another, or revoked")
	}
	inUnit, roles, isPeer := len(m.units) == 0, 0, false
	for _, name := range certificate.Subject.OrganizationalUnit {
		for _, one := range m.units {
			inUnit = inUnit || one.name == name && one.certified(chain)
		}
		for role, one := range m.roles {
			if one.name != name {
				continue
			}
			if !one.certified(chain) {
				return nil, fmt.Errorf("the role %q is not certified by the authority named for it", name)
			}
			roles++
			isPeer = isPeer || role == "peer"
		}
	}
	if !inUnit || roles != 1 || !isPeer {
		return nil, errors.New("in none of the units of the MSP, or not in one that names a role, that of a peer")
	}
	return certificate, nil
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
		return nil, fmt.Errorf("%d chains", len(chains))
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
func CheckSignature(certificate *x509.Certificate, data, signature []byte) error {
	key := certificate.PublicKey.(*ecdsa.PublicKey)
	var parts struct{ R, S *big.Int }
	_, err := asn1.Unmarshal(signature, &parts)
	hash := sha256.Sum256(data)
	half := new(big.Int).Rsh(key.Params().N, 1)
	if err != nil || key.Curve != elliptic.P256() || parts.S.Cmp(half) > 0 || !ecdsa.VerifyASN1(key, hash[:], signature) {
		return errors.New("not a valid signature on P-256 with a low S")
	}
	return nil
}
