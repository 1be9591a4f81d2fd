/**
 * Who proposes: drafters of the speculative methods, one a file; the loop and the verifiers are in
 * {@link dev.stretto.samplers.decoding}.
 */
package dev.stretto.samplers.drafting;
