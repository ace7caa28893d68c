// Package examples holds worked examples of what Doozer is for, each a folder with a page to read
// and programs to copy. README.md says what there is.
//
// The tests type each page's commands, as they stand, at a shell, with a real cluster and real
// processes, and hold what is shown against what the page shows.
package examples
