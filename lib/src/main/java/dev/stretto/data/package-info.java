/**
 * What is read or generated: one package a kind of data. Readers name file, line and value in every
 * error, stream what does not fit into memory, and need no network.
 */
package dev.stretto.data;
