package main

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"slices"
)

type listAnswer struct {
	Revoked        []string `json:"revoked"`
	AuthorityKeyID string   `json:"authorityKeyId"`
	Tbs            string   `json:"tbs"`
	Signed         bool     `json:"signed"`
}

type keyID struct {
	KeyIdentifier []byte  `asn1:"optional,tag:0"`
	Issuer        []byte  `asn1:"optional,tag:1"`
	Serial        big.Int `asn1:"optional,tag:2"`
}

var (
	authorityKeyID = asn1.ObjectIdentifier{2, 5, 29, 35}
	ecdsaIDs       = []asn1.ObjectIdentifier{
		{1, 2, 840, 10045, 4, 1},
		{1, 2, 840, 10045, 4, 3, 2},
		{1, 2, 840, 10045, 4, 3, 3},
		{1, 2, 840, 10045, 4, 3, 4},
	}
)

// What a list revokes, and whether the certificate before it in the payload (its length first) signed it; null where it is refused.
func revocationList(payload []byte) any {
	size := binary.BigEndian.Uint32(payload)
	issuer, err := x509.ParseCertificate(payload[4 : 4+size])
	if err != nil {
		return nil
	}
	//lint:ignore SA1019 Fabric calls it.
	list, err := x509.ParseCRL(payload[4+size:])
	if err != nil {
		return nil
	}
	if slices.ContainsFunc(ecdsaIDs, list.SignatureAlgorithm.Algorithm.Equal) {
		var signature ecdsaSignature
		if _, err := asn1.Unmarshal(list.SignatureValue.RightAlign(), &signature); err != nil ||
			signature.R.Sign() <= 0 || signature.S.Sign() <= 0 {
			return nil
		}
		der, err := asn1.Marshal(signature)
		if err != nil {
			return nil
		}
		list.SignatureValue = asn1.BitString{Bytes: der, BitLength: 8 * len(der)}
	}
	answer := listAnswer{
		Revoked:        []string{},
		AuthorityKeyID: "none",
		Tbs:            digest(list.TBSCertList.Raw),
		Signed:         issuer.CheckCRLSignature(list) == nil,
	}
	for _, entry := range list.TBSCertList.RevokedCertificates {
		if entry.SerialNumber.Sign() >= 0 {
			answer.Revoked = append(answer.Revoked, entry.SerialNumber.Text(16))
		}
	}
	slices.Sort(answer.Revoked)
	answer.Revoked = slices.Compact(answer.Revoked)
	for _, extension := range list.TBSCertList.Extensions {
		if !extension.Id.Equal(authorityKeyID) {
			continue
		}
		var id keyID
		if _, err := asn1.Unmarshal(extension.Value, &id); err == nil {
			answer.AuthorityKeyID = hex.EncodeToString(id.KeyIdentifier)
		}
		break
	}
	return answer
}
