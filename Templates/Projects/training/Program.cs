using System.Globalization;
using Microsoft.ML;
using Restoration;

try
{
    return Run(args);
}
catch (Exception problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static int Run(string[] args)
{
    switch (args)
    {
        // Learns from FOLDER/TASK/{train,validation}/{LQ,HQ}/NAME.
        case ["train", var data]:
            RestorationModel.Train(RestorationModel.MLNetModelPath, data);
            Console.WriteLine($"The model is in {RestorationModel.MLNetModelPath}.");
            return 0;

        // Measures on FOLDER/TASK/test/{LQ,HQ}/NAME.
        case ["evaluate", var data]:
            var ml = new MLContext();
            Console.WriteLine("task,method,images,psnr,ssim,rmse");
            var test = RestorationModel.LoadIDataViewFromFolder(ml, data, "test");
            foreach (var row in RestorationModel.Evaluate(ml, RestorationModel.LoadModel(ml), test))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{row.Task},\"{row.Method}\",{row.Images},{row.Psnr:R},{row.Ssim:R},{row.Rmse:R}"));
            }

            return 0;

        // Restores one scan.
        case ["restore", var source, var destination, .. var task]:
            var result = RestorationModel.Restore(source, destination, task.FirstOrDefault());
            Console.WriteLine($"{result.Destination}: restored as {result.Task} by {result.Model}");
            return 0;

        default:
            Console.Error.WriteLine("train DATA | evaluate DATA | restore SOURCE DESTINATION [CT|MRI|PET]");
            return 2;
    }
}
