package dev.stretto.papers.chimera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.stretto.experiments.Experiment;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.papers.hydra.HeadArm;
import dev.stretto.papers.hydra.HydraStudy;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.TeacherStates;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What Chimera's parts do, on the texts and trees of {@link HydraStudy}: the work of the draft, and
 * what its fused states depend on.
 */
public final class ChimeraStudy {
  private static final int SHOWN = 36;

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final HydraStudy heads;

  /**
   * On the same texts and trees as Hydra.
   *
   * @param lab whose seeds they are
   * @param family of the target
   * @param heads the texts, trees and trained heads
   */
  public ChimeraStudy(Experiment<?> lab, SpeculationFamily family, HydraStudy heads) {
    this.lab = lab;
    this.family = family;
    this.heads = heads;
  }

  /**
   * What a draft costs and brings.
   *
   * @param heads label of the arm
   * @param nodes of the tree
   * @param work multiply-adds of the heads per pass, about: weights of a depth for each node fed
   * @param tau tokens per pass
   */
  public record Work(String heads, int nodes, double work, double tau) {}

  /**
   * Work and length of trees of several sizes.
   *
   * @param arms which heads
   * @param sizes nodes of the trees
   * @return one point per arm and size
   */
  public List<Work> work(List<HeadArm> arms, int... sizes) {
    long seed = lab.seeds().getFirst();
    List<Work> points = new ArrayList<>();
    for (HeadArm arm : arms) {
      double perNode = (double) heads.heads(arm, seed).parameters().count() / HeadArm.HEADS;
      for (int n : sizes) {
        RankPathTree tree = heads.tree(arm, seed, n);
        long fed = arm.calls().size() == 1 ? tree.depth() : fed(tree);
        points.add(new Work(arm.label(), n, fed * perNode, heads.tau(arm, seed, n)));
      }
    }
    return points;
  }

  /** Nodes with children, each fed to the head of its children's depth. */
  private static long fed(RankPathTree tree) {
    return Arrays.stream(tree.parents()).skip(1).distinct().count();
  }

  /**
   * How much a drafted token's state changes where one input is taken away.
   *
   * @param f the state, by its depth
   * @param place of the input, 0 for s, 1 and more for drafted tokens
   * @param text of the input
   * @param change root mean square of the difference
   */
  public record Influence(String f, int place, String text, double change) {}

  /**
   * Sets each committed state to zero, and replaces each drafted token, one at a time.
   *
   * @param written a text of the target
   * @return the change of f at depths 1 to 3
   */
  public List<Influence> influence(TeacherStates written) {
    TeacherStates text = written.cut(written.first() + 20, 0);
    int[] ids = text.tokens()[0];
    int last = ids.length - 5;
    List<Influence> changes = new ArrayList<>();
    try (NDManager scope = Tensors.manager()) {
      float[][] plain = states(scope, text, last, -1);
      for (int i = Math.max(0, last - SHOWN); i <= last + 3; i++) {
        float[][] other = states(scope, text, last, i);
        for (int j = 0; j < plain.length; j++) {
          String token = family.text(ids[i]).replace("\n", "\\n").replace(" ", "_");
          changes.add(
              new Influence("f s+" + (j + 1), i - last, token, distance(plain[j], other[j])));
        }
      }
    }
    return changes;
  }

  /** f at depths 1 to 3 without an input: a position up to last, or a drafted token after it. */
  private float[][] states(NDManager scope, TeacherStates text, int last, int without) {
    int[] ids = text.tokens()[0];
    DraftHeads chimera = heads.heads(ChimeraModels.CHIMERA, lab.seeds().getFirst());
    try (DraftHeads.Context context = chimera.open(1)) {
      NDArray states = text.array(scope).get(":,0:" + (last + 1)).duplicate();
      if (without >= 0 && without <= last) {
        states.set(new NDIndex(":," + without), 0);
      }
      context.read(states, new int[] {last + 1});
      DraftHeads.Walk walk =
          context.walk(scope, new int[][] {{ids[last - 1], ids[last], ids[last + 1]}});
      float[][] f = new float[3][];
      for (int j = 0; j < f.length; j++) {
        int at = last + 1 + j;
        walk.next(new int[][] {{at == without ? 0 : ids[at]}}, new int[0]);
        f[j] = walk.states().orElseThrow().toFloatArray();
      }
      return f;
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum / a.length);
  }
}
