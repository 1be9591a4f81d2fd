package dev.stretto.papers.hydra;

import dev.stretto.experiments.Recipe;
import dev.stretto.papers.hydra.HeadTraining.Loss;
import dev.stretto.papers.hydra.HeadTraining.Options;
import java.util.List;

/** Medusa's heads (the baseline), Hydra's, Hydra++'s, and its three changes one at a time. */
public final class HydraModels {
  private static final Options TEACHER = new Options(Loss.TEACHER, 1, 0, false);

  /** Independent heads of one block. */
  public static final HeadArm MEDUSA =
      arm("Medusa", "MEDUSA", new Options(Loss.TEXT, .8, 0, false), 1, false, false);

  /** Sequentially dependent heads of one block. */
  public static final HeadArm HYDRA = arm("Hydra", "HYDRA", Options.TEXT, 1, true, false);

  /** Four blocks, the target's distribution as the label, a layer over the accepted states. */
  public static final HeadArm HYDRA_PLUS = arm("Hydra++", "HYDRA_PLUS", TEACHER, 4, true, true);

  /** Hydra that learns the target's distribution; extended runs only. */
  public static final HeadArm TEACHER_LOSS =
      arm("Hydra, teacher loss", "HYDRA_TEACHER", TEACHER, 1, true, false);

  /** The arms that a quick run compares; their models are stored. */
  public static final List<HeadArm> STORED = List.of(MEDUSA, HYDRA, HYDRA_PLUS);

  /** All arms: also Hydra with four blocks alone, and with the layer alone. */
  public static final List<HeadArm> ALL =
      List.of(
          MEDUSA,
          HYDRA,
          TEACHER_LOSS,
          arm("Hydra, 4 blocks", "HYDRA_DEEP", Options.TEXT, 4, true, false),
          arm("Hydra, prefix attention", "HYDRA_PREFIX", Options.TEXT, 1, true, true),
          HYDRA_PLUS);

  /** Found by the test of the stored models. */
  static final List<Recipe<?, ?, ?>> RECIPES =
      ALL.stream().<Recipe<?, ?, ?>>map(HeadArm::recipe).toList();

  private HydraModels() {}

  private static HeadArm arm(
      String label, String name, Options options, int blocks, boolean sequential, boolean prefix) {
    var config = new HydraHeads.Config(HeadArm.HEADS, blocks, sequential, prefix);
    double heads = HeadArm.HEADS * (blocks * HeadArm.SQUARE + HeadArm.OUT);
    double layer = prefix ? 12 * HeadArm.SQUARE : 0;
    return HeadArm.of(
        label,
        name,
        options,
        (target, seed) -> new HydraHeads(target, config, seed),
        sequential
            ? i -> (i + blocks) * HeadArm.SQUARE + HeadArm.OUT + (i == 1 ? layer : 0)
            : i -> i == 1 ? heads : 0);
  }
}
