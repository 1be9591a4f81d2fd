package dev.stretto.experiments;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.ChimeraHeads;
import dev.stretto.models.language.DraftHeads;
import dev.stretto.models.language.HydraHeads;
import dev.stretto.training.Budget;
import dev.stretto.training.FrozenStates;
import dev.stretto.training.HeadTraining;
import dev.stretto.training.HeadTraining.Loss;
import dev.stretto.training.HeadTraining.Options;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Optional;

/** Draft heads of one target, all trained on the same positions; stored each. */
public final class HeadModels {
  private static final int HEADS = 4;
  private static final int TEXT = 600_000;
  private static final long WINDOWS = 1;

  private final Artefacts artefacts;
  private final CausalLm target;
  private Optional<FrozenStates> states = Optional.empty();

  /** The heads there are. */
  public enum Arm {
    /** Independent heads. */
    MEDUSA,
    /** Sequentially dependent heads of one block. */
    HYDRA,
    /** Four blocks, teacher loss, a layer over the accepted states. */
    HYDRA_PLUS,
    /** Trigrams, full context, last state. */
    CHIMERA,
    /** The newest token's embedding in place of the trigram. */
    CHIMERA_NO_TRIGRAM,
    /** The trigram's vector in place of the attention layer's. */
    CHIMERA_NO_CONTEXT;

    private Options options() {
      return switch (this) {
        case MEDUSA -> new Options(Loss.TEXT, .8, 0, false);
        case HYDRA -> Options.TEXT;
        case HYDRA_PLUS -> new Options(Loss.TEACHER, 1, 0, false);
        case CHIMERA, CHIMERA_NO_TRIGRAM, CHIMERA_NO_CONTEXT -> new Options(Loss.TEXT, 1, .1, true);
      };
    }

    /** {@return its name as the notebook prints it} */
    public String label() {
      return switch (this) {
        case MEDUSA -> "Medusa";
        case HYDRA -> "Hydra";
        case HYDRA_PLUS -> "Hydra++";
        case CHIMERA -> "Chimera";
        case CHIMERA_NO_TRIGRAM -> "Chimera, no trigram";
        case CHIMERA_NO_CONTEXT -> "Chimera, no full context";
      };
    }

    private DraftHeads heads(CausalLm target, long seed) {
      return switch (this) {
        case MEDUSA -> new HydraHeads(target, HydraHeads.Config.medusa(HEADS), seed);
        case HYDRA -> new HydraHeads(target, HydraHeads.Config.hydra(HEADS), seed);
        case HYDRA_PLUS -> new HydraHeads(target, HydraHeads.Config.hydraPlus(HEADS), seed);
        case CHIMERA -> new ChimeraHeads(target, HEADS, ChimeraHeads.Parts.FULL, seed);
        case CHIMERA_NO_TRIGRAM ->
            new ChimeraHeads(target, HEADS, new ChimeraHeads.Parts(false, true, true), seed);
        case CHIMERA_NO_CONTEXT ->
            new ChimeraHeads(target, HEADS, new ChimeraHeads.Parts(true, false, true), seed);
      };
    }
  }

  /**
   * How heads are made.
   *
   * @param version raised when the same words come to mean something else
   * @param arm which heads
   * @param heads how many
   * @param target checksum of the model's weights
   * @param windows of the suite's text that the model's states are computed of
   * @param length tokens in each
   * @param rows windows a step
   * @param bases positions of each that drafts start behind
   * @param seed of weights and of the positions that a step takes
   * @param options what the heads are held against
   * @param training how they learn
   */
  public record HeadRecipe(
      int version,
      Arm arm,
      int heads,
      long target,
      int windows,
      int length,
      int rows,
      int bases,
      long seed,
      Options options,
      TrainingConfig training) {}

  /**
   * Heads for a target.
   *
   * @param artefacts where they are stored
   * @param target whose states they read
   */
  public HeadModels(Artefacts artefacts, CausalLm target) {
    this.artefacts = artefacts;
    this.target = target;
  }

  /**
   * Trained heads.
   *
   * @param arm which
   * @param seed of weights and of the positions that a step takes; 1 is the stored one
   * @return to be closed by the caller
   */
  public DraftHeads get(Arm arm, long seed) {
    HeadRecipe recipe =
        new HeadRecipe(
            1,
            arm,
            HEADS,
            target.parameters().checksum(),
            160,
            420,
            16,
            64,
            seed,
            arm.options(),
            TrainingConfig.of(Budget.steps(300), 3e-3).withWarmup(20));
    return artefacts.obtain(
        "heads-" + arm.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
        recipe,
        "F16",
        () -> arm.heads(target, recipe.seed()),
        heads -> {
          HeadTraining learning = new HeadTraining(heads, recipe.options());
          var source =
              states(recipe).source(recipe.rows(), recipe.bases() + HEADS + 1, recipe.seed());
          return new Training<>(recipe.training(), heads, source, learning, learning::work)
              .run()
              .measures();
        });
  }

  private FrozenStates states(HeadRecipe recipe) {
    if (states.isEmpty()) {
      CategorySuite suite = CategorySuite.standard();
      int before = recipe.length() - 1;
      int[][] windows =
          new SpeculationModels.Batches(recipe.windows() * before, before, before, 0)
              .of(suite.trainingText(TEXT), suite.end(), WINDOWS)
              .next();
      states = Optional.of(FrozenStates.of(target, windows));
    }
    return states.get();
  }
}
