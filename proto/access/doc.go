// Package access says who may do what. It holds what is known of a cluster's
// two secrets, and it is the one place where a secret, or a proof of one, is
// compared, and where it says what each verb needs. It does no I/O.
//
// The server asks it for each request and each ACCESS, the page for each
// request of a browser, and peers when they meet. What one may do is one of
// three levels: Nothing, Read, Write. A secret that is not set counts as the
// empty one, with which everybody begins; all rules follow from that.
//
// Secrets are compared as their SHA-256, both of them each time and in constant
// time: how long that takes tells neither which one was meant nor how much of
// it was right. The secrets themselves are not kept.
package access
