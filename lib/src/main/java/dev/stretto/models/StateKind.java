package dev.stretto.models;

/** How a state is kept. */
public enum StateKind {
  /** Allocated once and written in place: for decoding. */
  PREALLOCATED,
  /** Made anew by every pass, so that gradients flow through it: for training. */
  FUNCTIONAL
}
