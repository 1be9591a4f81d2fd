/**
 * Speech manifests as streams of cuts: readers of the formats in use, the catalogue of data sets
 * and the seeded generator. {@link dev.stretto.data.manifest.Cut} is the record that the samplers
 * of family 01 batch.
 */
package dev.stretto.data.manifest;
