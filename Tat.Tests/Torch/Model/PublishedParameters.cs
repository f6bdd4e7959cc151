using Tat.Torch.Model;

namespace Tat.Tests.Model;

/// <summary>The names and shapes of the published program's parameters, written down independently of the network.</summary>
internal static class PublishedParameters
{
    public static Dictionary<string, long[]> Of(TatNetworkOptions options)
    {
        var table = new Dictionary<string, long[]>();
        var c = options.Width;
        long n = options.RepresentationFeatures;
        int Hidden(int channels) => (int)(channels * 2.66);

        table["patch_embed.proj.weight"] = [c, 1, 3, 3];
        AddStage("encoder_level1", c, options.Blocks[0], options.Heads[0], adaptive: false);
        table["down1_2.body.0.weight"] = [c / 2, c, 3, 3];
        AddStage("encoder_level2", 2 * c, options.Blocks[1], options.Heads[1], adaptive: false);
        table["down2_3.body.0.weight"] = [c, 2 * c, 3, 3];
        AddStage("encoder_level3", 4 * c, options.Blocks[2], options.Heads[2], adaptive: false);
        table["down3_4.body.0.weight"] = [2 * c, 4 * c, 3, 3];
        AddStage("latent", 8 * c, options.Blocks[3], options.Heads[3], adaptive: true);
        table["up4_3.body.0.weight"] = [16 * c, 8 * c, 3, 3];
        table["reduce_chan_level3.weight"] = [4 * c, 8 * c, 1, 1];
        AddStage("decoder_level3", 4 * c, options.Blocks[2], options.Heads[2], adaptive: true);
        table["up3_2.body.0.weight"] = [8 * c, 4 * c, 3, 3];
        table["reduce_chan_level2.weight"] = [2 * c, 4 * c, 1, 1];
        AddStage("decoder_level2", 2 * c, options.Blocks[1], options.Heads[1], adaptive: true);
        table["up2_1.body.0.weight"] = [4 * c, 2 * c, 3, 3];
        AddStage("decoder_level1", 2 * c, options.Blocks[0], options.Heads[0], adaptive: true);
        AddStage("refinement", 2 * c, options.RefinementBlocks, options.Heads[0], adaptive: true);
        table["reduce_final.0.weight"] = [c, 5 * c, 3, 3];
        table["reduce_final.2.weight"] = [c, c, 1, 1];
        table["output.weight"] = [1, c, 3, 3];

        table["tren.E.0.weight"] = [n, c / 2, 3, 3];
        table["tren.E.0.bias"] = [n];
        foreach (var block in new[] { 2, 3 })
        {
            foreach (var layer in new[] { 0, 2 })
            {
                table[$"tren.E.{block}.body.{layer}.weight"] = [n, n, 3, 3];
                table[$"tren.E.{block}.body.{layer}.bias"] = [n];
            }
        }

        table["tren.E.4.weight"] = [n, n, 3, 3];
        table["tren.E.6.weight"] = [2 * n, n, 3, 3];
        table["tren.E.8.weight"] = [4 * n, 2 * n, 3, 3];
        table["tren.mlp.0.weight"] = [4 * n, 4 * n];
        table["tren.mlp.2.weight"] = [4 * n, 4 * n];
        foreach (var (stage, channels) in new[] { ("latent", 8 * c), ("level3", 4 * c), ("level2", 2 * c), ("level1", 2 * c) })
        {
            table[$"tren.kernel_{stage}_ffn.0.weight"] = [2 * Hidden(channels) * 9, 4 * n];
            table[$"tren.kernel_{stage}_attn.0.weight"] = [3 * channels * 9, 4 * n];
        }

        return table;

        void AddStage(string stage, long channels, int blocks, long heads, bool adaptive)
        {
            long hidden = Hidden((int)channels);
            for (var i = 0; i < blocks; i++)
            {
                var block = $"{stage}.{i}";
                foreach (var norm in new[] { "norm1", "norm2" })
                {
                    table[$"{block}.{norm}.body.weight"] = [channels];
                    table[$"{block}.{norm}.body.bias"] = [channels];
                }

                table[$"{block}.attn.temperature"] = [heads, 1, 1];
                table[$"{block}.attn.qkv.weight"] = [3 * channels, channels, 1, 1];
                table[$"{block}.attn.project_out.weight"] = [channels, channels, 1, 1];
                table[$"{block}.ffn.project_in.weight"] = [2 * hidden, channels, 1, 1];
                table[$"{block}.ffn.project_out.weight"] = [channels, hidden, 1, 1];
                if (adaptive)
                {
                    table[$"{block}.attn.dw_kernel"] = [1, 3 * channels, 1, 3, 3];
                    table[$"{block}.attn.lambda_dw"] = [1, 3 * channels, 1, 1, 1];
                    table[$"{block}.ffn.dw_kernel"] = [1, 2 * hidden, 1, 3, 3];
                    table[$"{block}.ffn.lambda_dw"] = [1, 2 * hidden, 1, 1, 1];
                }
                else
                {
                    table[$"{block}.attn.qkv_dwconv.weight"] = [3 * channels, 1, 3, 3];
                    table[$"{block}.ffn.dwconv.weight"] = [2 * hidden, 1, 3, 3];
                }
            }
        }
    }
}
