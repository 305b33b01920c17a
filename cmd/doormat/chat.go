package main

import (
	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/text"
)

func (a *app) chat() *cobra.Command {
	return cli.Group(&cobra.Command{Use: "chat", Short: "Look at an exported chat"}, a.chatCheck())
}

func (a *app) chatCheck() *cobra.Command {
	var to cli.OutFlags
	var dateOrder string
	c := &cobra.Command{
		Use:               "check FILE",
		Short:             "Say what doormat reads in an exported chat, and what it leaves out",
		Args:              cli.Exactly(1, "a file"),
		ValidArgsFunction: cli.First(cli.Files),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			out, err := cli.Open(to.Out)
			if err != nil {
				return err
			}
			defer out.Close(&err)
			chat, err := demo.OpenChat(args[0], dateOrder)
			if err != nil {
				return err
			}
			for _, w := range chat.Warnings {
				runner.Complain(w)
			}
			if to.Format == "json" {
				return out.Document(chat.Summary())
			}
			return out.Text(text.Chat(chat.Summary(), out.Width))
		},
	}
	c.Flags().StringVar(&dateOrder, "date-order", "",
		"`dmy`, mdy or ymd (default: the only one that fits)")
	cli.Complete(c, "date-order", cli.Words("dmy", "mdy", "ymd"))
	to.Add(c, "text", "json")
	return c
}
