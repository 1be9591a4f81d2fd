/**
 * The catalogue of the 58 papers, presets and settings, criteria with computed verdicts, the ledger
 * and provenance. Only notebooks and the ledger import this package.
 */
package dev.stretto.experiments;
