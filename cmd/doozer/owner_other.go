//go:build !unix

package main

import "os"

// keepOwner does nothing here: files have no owner that could be kept.
func keepOwner(*os.File, os.FileInfo) {}
