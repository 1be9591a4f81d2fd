/**
 * How tokens come out of a model: the slot scheduler of temporal fusion and its rivals on a virtual
 * or a real clock. All public types may be used from outside.
 */
package dev.stretto.samplers.decoding;
