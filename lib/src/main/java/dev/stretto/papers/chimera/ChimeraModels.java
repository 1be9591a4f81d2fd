package dev.stretto.papers.chimera;

import dev.stretto.experiments.Recipe;
import dev.stretto.papers.chimera.ChimeraHeads.Parts;
import dev.stretto.papers.hydra.HeadArm;
import dev.stretto.papers.hydra.HeadTraining.Loss;
import dev.stretto.papers.hydra.HeadTraining.Options;
import java.util.List;

/** Chimera's heads, and heads that differ from them in one thing. */
public final class ChimeraModels {
  private static final Options OWN_TOKENS = new Options(Loss.TEXT, 1, .1, true);

  /** Trigrams, full context, last state. */
  public static final HeadArm CHIMERA = arm("Chimera", "CHIMERA", OWN_TOKENS, Parts.FULL);

  /** The newest token's embedding in place of the trigram. */
  public static final HeadArm NO_TRIGRAM =
      arm("Chimera, no trigram", "CHIMERA_NO_TRIGRAM", OWN_TOKENS, new Parts(0, true, true));

  /** The trigram's vector in place of the attention layer's. */
  public static final HeadArm NO_CONTEXT =
      arm("Chimera, no full context", "CHIMERA_NO_CONTEXT", OWN_TOKENS, new Parts(3, false, true));

  /** Heads that read f alone; extended runs only. */
  public static final HeadArm NO_STATE =
      arm("Chimera, no h_s in the head", "CHIMERA_NO_STATE", OWN_TOKENS, new Parts(3, true, false));

  /** The arms that a quick run compares; their models are stored. */
  public static final List<HeadArm> STORED = List.of(CHIMERA, NO_TRIGRAM, NO_CONTEXT);

  /** The arms with one part left out. */
  public static final List<HeadArm> NO_PART = List.of(NO_TRIGRAM, NO_CONTEXT, NO_STATE);

  /** All arms: also f not drawn to the target's states, labels as inputs, other n-grams. */
  public static final List<HeadArm> ALL =
      List.of(
          CHIMERA,
          NO_TRIGRAM,
          NO_CONTEXT,
          NO_STATE,
          arm(
              "Chimera, no distillation",
              "CHIMERA_NO_DISTILLATION",
              new Options(Loss.TEXT, 1, 0, true),
              Parts.FULL),
          arm(
              "Chimera, teacher forced",
              "CHIMERA_FORCED",
              new Options(Loss.TEXT, 1, .1, false),
              Parts.FULL),
          arm("Chimera, bigram", "CHIMERA_BIGRAM", OWN_TOKENS, new Parts(2, true, true)),
          arm("Chimera, 4-gram", "CHIMERA_FOURGRAM", OWN_TOKENS, new Parts(4, true, true)));

  /** Found by the test of the stored models. */
  static final List<Recipe<?, ?, ?>> RECIPES =
      ALL.stream().<Recipe<?, ?, ?>>map(HeadArm::recipe).toList();

  private ChimeraModels() {}

  private static HeadArm arm(String label, String name, Options options, Parts parts) {
    int squares = parts.order() + (parts.fullContext() ? 12 : 0);
    int outputs = parts.lastState() ? 2 : 1;
    return HeadArm.of(
        label,
        name,
        options,
        (target, seed) -> new ChimeraHeads(target, HeadArm.HEADS, parts, seed),
        i -> outputs * HeadArm.OUT + squares * HeadArm.SQUARE);
  }
}
