// Package csvlog reads tables of cells.
package csvlog
